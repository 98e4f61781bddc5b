package org.sipoauth.authz.subscriber;

import com.nulabinc.zxcvbn.StandardDictionaries;
import com.nulabinc.zxcvbn.StandardKeyboards;
import com.nulabinc.zxcvbn.Zxcvbn;
import com.nulabinc.zxcvbn.ZxcvbnBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sipoauth.authz.settings.Settings;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * What a password that somebody chooses has to be like, after NIST SP 800-63B-4 §3.1.1.2: long, where nothing else is asked
 * for at the sign-in, and not one that is commonly used or expected. Which kinds of characters it is made of is nobody's
 * business.
 *
 * <p>Whether it is expected is estimated by zxcvbn: 30,000 common passwords, what has to do with the account and this server,
 * repetitions, sequences, dates, neighbours on a keyboard, and all those in other spellings.
 */
@Component
public final class PasswordRules {
    /** Fewest characters (code points) of a password. */
    public static final int SHORTEST = 15;
    /** Most characters (code points): far beyond any sentence, and no burden to hash. */
    public static final int LONGEST = 200;

    /** So many guesses an attacker needs who knows what zxcvbn knows; its highest score begins here. */
    private static final double FEWEST_GUESSES_LOG10 = 10;

    /** What follows cannot make a password weaker; to look for patterns takes more than linear time. */
    private static final int LOOKED_AT = 40;

    private final List<String> namesOfTheServer;

    @Autowired
    PasswordRules(Settings settings) {
        this(settings.issuer());
    }

    PasswordRules(URI issuer) {
        this.namesOfTheServer = namesOf(issuer);
    }

    /** Made when the first password is chosen: its list takes 4 MB. */
    private static final class Estimator {
        private static final Zxcvbn ZXCVBN = load();

        private static Zxcvbn load() {
            try {
                return new ZxcvbnBuilder()
                        .dictionary(StandardDictionaries.PASSWORDS_LOADER.load())
                        .keyboard(StandardKeyboards.QWERTY_LOADER.load())
                        .build();
            } catch (IOException e) {
                throw new UncheckedIOException("zxcvbn's jar is incomplete", e);
            }
        }
    }

    /** @return what is wrong with the password, a sentence for who chose it; empty if it will do */
    public Optional<String> objection(String password, String account) {
        int length = password.codePointCount(0, password.length());
        if (length < SHORTEST || length > LONGEST) {
            return Optional.of("A password has " + SHORTEST + " to " + LONGEST + " characters.");
        }
        if (OpaqueString.enforce(password).isEmpty()) {
            return Optional.of("A password has no characters that cannot be seen, but for spaces.");
        }
        return isExpected(password, account)
                ? Optional.of(
                        "This password is one that others try first: common, repeated, a sequence, or made of names."
                                + " Choose another, such as four words that have nothing to do with each other.")
                : Optional.empty();
    }

    private boolean isExpected(String password, String account) {
        String looked = password.substring(
                0, password.offsetByCodePoints(0, Math.min(LOOKED_AT, password.codePointCount(0, password.length()))));
        List<String> names = new ArrayList<>(namesOfTheServer);
        names.add(account.toLowerCase(Locale.ROOT));
        names.addAll(List.of(account.toLowerCase(Locale.ROOT).split("[._@-]+")));
        return Estimator.ZXCVBN.measure(looked, names).getGuessesLog10() < FEWEST_GUESSES_LOG10;
    }

    private static List<String> namesOf(URI issuer) {
        List<String> names = new ArrayList<>(List.of("sipoauth", "sip-oauth", "oauth", "sip"));
        String host = issuer.getHost();
        if (host != null) {
            names.add(host);
            names.addAll(List.of(host.split("\\.")));
        }
        return List.copyOf(names);
    }
}
