package org.sipoauth.registrar.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sipoauth.registrar.register.Arrival;

class EdgeListTest {
    private static EdgeList list(String... believed) {
        return new EdgeList(List.of("a.example.com"), Optional.empty(), List.of(believed));
    }

    private static X509Certificate withNames(String one, String other) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + one)
                .addSanDnsName(one)
                .addSanDnsName(other)
                .setIsCertificateAuthority(true)
                .buildSelfSigned()
                .getCertificate();
    }

    @Test
    void takesACommonNameThatSharesItsPartOfTheSubject() throws Exception {
        X509Certificate several = new CertificateBuilder()
                .ecp256()
                .subject("OU=phones+CN=a.example.com+UID=7, O=Example")
                .setIsCertificateAuthority(true)
                .buildSelfSigned()
                .getCertificate();

        assertThat(list().nameOf(several)).contains("a.example.com");
    }

    @Test
    void believesAnEdgeByANameThatIsListedAlone() throws Exception {
        X509Certificate both = withNames("A.example.com", "b.example.com");
        assertThat(list().edgeOf(both)).contains(new Arrival.Edge("a.example.com", false));
        assertThat(list("a.EXAMPLE.com").edgeOf(both)).contains(new Arrival.Edge("a.example.com", true));

        EdgeList otherName = list("b.example.com");
        assertThat(otherName.edgeOf(both)).contains(new Arrival.Edge("a.example.com", false));
        otherName.serve(Set.of("b.example.com"));
        assertThat(otherName.edgeOf(both)).contains(new Arrival.Edge("a.example.com", true));
    }
}
