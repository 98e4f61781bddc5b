package org.sipoauth.authz.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProvisioningAccessTest {
    @ParameterizedTest
    @ValueSource(strings = {"[2001:db8::6]", "2001:DB8:0:0:0:0:0:6", "::1", "[::ffff:10.0.0.2]"})
    void takesForAnAddressWhatLooksSo(String host) {
        assertThat(ProvisioningAccess.IPV6.matcher(host).matches()).isTrue();
    }

    /** Java would ask for it in the DNS, colon or not. */
    @ParameterizedTest
    @ValueSource(strings = {"phones.example.com:6970", "cafe", "10.0.0.2", "[", "", ".a:b", "[fe80::1%eth0]"})
    void asksNobodyAboutAnythingElse(String host) {
        assertThat(ProvisioningAccess.IPV6.matcher(host).matches()).isFalse();
    }
}
