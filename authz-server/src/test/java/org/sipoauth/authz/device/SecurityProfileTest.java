package org.sipoauth.authz.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.groups.Tuple.tuple;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.device.SecurityProfile.Mode;
import org.sipoauth.authz.device.SecurityProfile.Transport;

class SecurityProfileTest {

    @ParameterizedTest
    @CsvSource({
        "TLS, ENCRYPTED, true",
        "TLS, ENCRYPTED, false",
        "TLS, AUTHENTICATED, false",
        "TLS, NON_SECURE, false",
        "UDP, NON_SECURE, false",
    })
    void takesWhatPhonesCanDoAndReadsItBack(Transport transport, Mode mode, boolean oauth) {
        SecurityProfile profile = new SecurityProfile("desks", transport, mode, oauth);

        assertThat(SecurityProfile.read("desks", profile.stored())).isEqualTo(profile);
    }

    @ParameterizedTest
    @CsvSource({
        "TLS, AUTHENTICATED, true",
        "TLS, NON_SECURE, true",
        "TCP, NON_SECURE, true",
        "UDP, NON_SECURE, true",
        "TCP, ENCRYPTED, false",
        "UDP, AUTHENTICATED, false",
    })
    void takesNoTokensInTheClearAndNoSecurityWithoutTls(Transport transport, Mode mode, boolean oauth) {
        assertThatIllegalArgumentException().isThrownBy(() -> new SecurityProfile("desks", transport, mode, oauth));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "-a", "a b", "a/b", "a\n", "ä"})
    void takesNoNameThatCouldMeanAnythingElse(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SecurityProfile(name, Transport.TLS, Mode.ENCRYPTED, true));
    }

    @Test
    void hasOneWithOauthAndOneWithout() {
        assertThat(SecurityProfile.BUILT_IN)
                .extracting(SecurityProfile::name, SecurityProfile::oauth)
                .containsExactly(tuple(SecurityProfile.WITH_OAUTH, true), tuple(SecurityProfile.WITHOUT_OAUTH, false));
        assertThat(SecurityProfile.isBuiltIn(SecurityProfile.WITH_OAUTH)).isTrue();
    }
}
