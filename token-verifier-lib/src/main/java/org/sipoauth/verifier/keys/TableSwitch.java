package org.sipoauth.verifier.keys;

import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.tables.SelfTest;

/**
 * Whether key tables are used. The operator turns them off with a system property; a failed self-test does, and so does
 * the first answer at run time that is not the JDK's. They never come on again: who was wrong once is not asked twice.
 */
final class TableSwitch {
    static final String PROPERTY = "org.sipoauth.verifier.tables";
    static final TableSwitch OF_THIS_PROCESS =
            new TableSwitch(isWanted(System.getProperty(PROPERTY)), SelfTest::passes, 1024);

    private static final System.Logger LOG = System.getLogger(TableSwitch.class.getName());

    private final BooleanSupplier selfTest;
    private final int oneIn;
    private volatile boolean on;
    private @Nullable Boolean passed;

    /** @param oneIn of how many answers one is a sample, on average */
    TableSwitch(boolean on, BooleanSupplier selfTest, int oneIn) {
        this.on = on;
        this.selfTest = selfTest;
        this.oneIn = oneIn;
    }

    /** On unless the operator says {@code false}, in any case of letters. */
    static boolean isWanted(@Nullable String property) {
        return !"false".equalsIgnoreCase(property);
    }

    boolean isOn() {
        return on;
    }

    /**
     * Whether the JDK is to judge this one too, on the caller's thread: on average this adds a 1024th of its price. At
     * random, so that no sender of tokens picks which.
     */
    boolean isSample() {
        return ThreadLocalRandom.current().nextInt(oneIn) == 0;
    }

    /** Runs the test once; to be called before the first table is used. */
    synchronized boolean passesSelfTest() {
        if (passed == null) {
            passed = selfTest.getAsBoolean();
            if (!passed) {
                turnOff("their self-test failed");
            }
        }
        return passed;
    }

    /** Says so once, whatever the number of calls. */
    synchronized void turnOff(String why) {
        if (on) {
            on = false;
            LOG.log(Level.ERROR, "key tables are off, the JDK verifies instead: {0}; please report this", why);
        }
    }
}
