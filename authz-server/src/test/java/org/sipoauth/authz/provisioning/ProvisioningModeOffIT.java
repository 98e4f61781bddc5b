package org.sipoauth.authz.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

class ProvisioningModeOffIT {

    @Test
    void servesTheFileToAnybodyAndSaysThatTheModeIsOff(@TempDir Path folder) {
        try (TestServer server = TestServer.start(folder, "--sipoauth.sip-oauth-mode=disabled")) {
            TestPhone phone = new TestPhone(server);

            assertThat(phone.get(server.provisioningUrl("/CSFALICE.cnf.xml")).body())
                    .contains("<deviceName>CSFALICE</deviceName><sipOAuthMode>0</sipOAuthMode>");
            assertThat(phone.get(server.provisioningUrl("/CSFNOBODY.cnf.xml")).statusCode())
                    .isEqualTo(404);
        }
    }
}
