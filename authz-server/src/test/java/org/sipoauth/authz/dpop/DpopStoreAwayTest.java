package org.sipoauth.authz.dpop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import jakarta.servlet.Filter;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;

/** An interface that takes tokens bound to a key, while used proofs cannot be remembered. */
class DpopStoreAwayTest {
    private static final ECKey KEY = TestProof.key();
    private static final String TOKEN = "a-token";

    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    static class Interface {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            DpopProofs proofs = new DpopProofs(
                    URI.create("https://as.example.com"), new StringRedisTemplate(away()), Clock.systemUTC());
            return http.oauth2ResourceServer(server -> {
                        server.jwt(jwt -> jwt.decoder(token -> Jwt.withTokenValue(token)
                                .header("alg", "none")
                                .claim("cnf", Map.of("jkt", thumbprint()))
                                .build()));
                        proofs.addTo(
                                server, proofs::belowIssuer, (request, response, refused) -> response.setStatus(401));
                    })
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .build();
        }

        private static RedisConnectionFactory away() {
            return (RedisConnectionFactory) Proxy.newProxyInstance(
                    RedisConnectionFactory.class.getClassLoader(),
                    new Class<?>[] {RedisConnectionFactory.class},
                    (proxy, method, arguments) -> {
                        throw new RedisConnectionFailureException("away");
                    });
        }
    }

    /** What it is answered with then: see {@code StoreAwayFilterTest}. */
    @Test
    void saysThatTheStoreIsAwayAndNotThatAProofIsWrong() throws Exception {
        try (AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext()) {
            context.setServletContext(new MockServletContext());
            context.register(Interface.class);
            context.refresh();
            Filter security = context.getBean("springSecurityFilterChain", Filter.class);
            MockHttpServletResponse refused = new MockHttpServletResponse();

            security.doFilter(request("/other"), refused, new MockFilterChain());
            assertThat(refused.getStatus()).isEqualTo(401);

            MockHttpServletResponse response = new MockHttpServletResponse();
            assertThatThrownBy(() -> security.doFilter(request("/keys"), response, new MockFilterChain()))
                    .isInstanceOf(RedisConnectionFailureException.class);
            assertThat(response.isCommitted()).isFalse();
        }
    }

    /** With a proof for {@code /keys}. */
    private static MockHttpServletRequest request(String path) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
        request.setScheme("https");
        request.setServerName("as.example.com");
        request.setServerPort(443);
        request.addHeader("Authorization", "DPoP " + TOKEN);
        request.addHeader(
                "DPoP",
                TestProof.at(KEY, "https://as.example.com/keys", Instant.now())
                        .with("htm", "GET")
                        .with("ath", TestProof.hash(TOKEN))
                        .sign());
        return request;
    }

    private static String thumbprint() {
        try {
            return KEY.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
