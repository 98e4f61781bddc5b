package org.sipoauth.cli.phone;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.sipoauth.cli.console.ExitCodes;

/**
 * Lets a program end well on SIGINT and SIGTERM: its thread is interrupted, gets some seconds to finish, and says what the
 * exit status is, where Java's own would tell of the signal.
 */
final class EndOnSignal {
    private static final long SECONDS_TO_FINISH = 8;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;
    private volatile int exitStatus = ExitCodes.NO;

    private EndOnSignal(Thread working) {
        hook = new Thread(() -> end(working), "end-on-signal");
    }

    static EndOnSignal interrupting(Thread working) {
        EndOnSignal ending = new EndOnSignal(working);
        Runtime.getRuntime().addShutdownHook(ending.hook);
        return ending;
    }

    /** The work is done, so a signal no longer concerns it. */
    void finished(int status) {
        exitStatus = status;
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            // the hook is what interrupted the work, and now ends the program
        }
    }

    /** Halts, because this runs while the program ends already and its exit status can no longer change. */
    private void end(Thread working) {
        working.interrupt();
        try {
            if (!finished.await(SECONDS_TO_FINISH, TimeUnit.SECONDS)) {
                exitStatus = ExitCodes.NO;
            }
        } catch (InterruptedException impatient) {
            exitStatus = ExitCodes.NO;
        }
        Runtime.getRuntime().halt(exitStatus);
    }
}
