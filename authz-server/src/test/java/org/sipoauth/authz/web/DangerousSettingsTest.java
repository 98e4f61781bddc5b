package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestCertificate;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;

class DangerousSettingsTest {
    private static final Path MANUAL =
            Path.of(System.getProperty("basedir", "")).resolve("../docs/authz-server.md");
    private static final String PLAIN = "--sipoauth.insecure-plain-http=true";
    private static final String OPEN = "--sipoauth.insecure-open-management=true";
    private static final String[] CERTIFICATES = {
        "--management.server.ssl.enabled=true", "--management.server.ssl.client-auth=need"
    };

    static Stream<Arguments> refused() {
        return Stream.of(
                refused("server.address", PLAIN, "--server.address=0.0.0.0"),
                refused("server.address", PLAIN, "--server.address=192.0.2.1"),
                refused("server.ssl.enabled", "--server.ssl.enabled=false"),
                refused("server.servlet.session.cookie.secure", "--server.servlet.session.cookie.secure=false"),
                refused("server.servlet.session.cookie.http-only", "--server.servlet.session.cookie.http-only=false"),
                refused("server.forward-headers-strategy", "--server.forward-headers-strategy=framework"),
                refused("server.forward-headers-strategy", PLAIN, "--server.forward-headers-strategy=FRAMEWORK"),
                refused("server.forward-headers-strategy", "--server.forward-headers-strategy=native"),
                refused(
                        "server.tomcat.remoteip.remote-ip-header",
                        "--server.tomcat.remoteip.remote-ip-header=X-Forwarded-For"),
                refused(
                        "server.tomcat.remoteip.protocol-header",
                        "--server.tomcat.remoteip.protocol-header=X-Forwarded-Proto"),
                refused("management.server.address", "--management.server.address=0.0.0.0"),
                refused("management.server.address", "--management.server.address="),
                refused(
                        "management.server.address",
                        "--management.server.address=0.0.0.0",
                        "--management.server.ssl.enabled=true"),
                refused("management.server.port", "--management.server.port=8443"),
                refused("management.server.port", "--management.server.port="),
                refused(
                        "management.endpoints.web.exposure.include",
                        "--management.endpoints.web.exposure.include=health,heapdump"),
                refused(
                        "management.endpoints.web.exposure.include",
                        OPEN,
                        "--management.endpoints.web.exposure.include=*"),
                refused("debug", "--debug"),
                refused("trace", "--trace=true"),
                refused("spring.mvc.log-request-details", "--spring.mvc.log-request-details=true"),
                refused("logging.level.root", "--logging.level.root=DEBUG"),
                refused("logging.level.web", "--logging.level.web=debug"),
                refused("logging.level.org.springframework", "--logging.level.org.springframework=TRACE"),
                refused(
                        "logging.level.org.springframework.web.servlet",
                        "--logging.level.org.springframework.web.servlet=DEBUG"),
                refused("logging.level.org.apache", "--logging.level.org.apache=all"),
                refused("logging.level.io.lettuce", "--logging.level.io.lettuce=TRACE"),
                refused(
                        "logging.level.org.apache.tomcat.util.http.Parameters",
                        "--logging.level.org.apache.tomcat.util.http.Parameters=TRACE"),
                refused(
                        "logging.level.mine",
                        "--logging.group.mine=org.example,org.apache.coyote",
                        "--logging.level.mine=DEBUG"),
                refused("spring.data.redis.password", "--spring.data.redis.password=s3cret"),
                refused("spring.data.redis.url", "--spring.data.redis.url=redis://:s3cret@127.0.0.1:6379"),
                refused("SIPOAUTH_MASTER_KEY", "--SIPOAUTH_MASTER_KEY=s3cret"));
    }

    private static Arguments refused(String setting, String... options) {
        return Arguments.of(setting, List.of(options));
    }

    @ParameterizedTest
    @MethodSource
    void refused(String setting, List<String> options) throws IOException {
        StartupRefused refusal = refusal(options);

        assertThat(refusal).hasMessageContaining(setting).message().doesNotContain("s3cret");
        assertThat(Files.readString(MANUAL))
                .contains("`" + setting.replaceAll("^logging\\.level\\..*", "logging.level"));
    }

    static Stream<List<String>> taken() {
        return Stream.of(
                List.of(),
                List.of(PLAIN),
                List.of(PLAIN, "--server.address=127.0.0.1"),
                List.of(PLAIN, "--server.address=::1", "--server.forward-headers-strategy=native"),
                List.of("--server.address=0.0.0.0"),
                List.of(
                        "--server.forward-headers-strategy=native",
                        "--server.tomcat.remoteip.internal-proxies=192\\.0\\.2\\.1"),
                List.of("--server.port=0", "--management.server.port=0"),
                List.of("--management.server.address=0.0.0.0", OPEN),
                with(CERTIFICATES, "--management.server.address=0.0.0.0"),
                with(CERTIFICATES, "--management.endpoints.web.exposure.include=*"),
                List.of("--debug=false"),
                List.of("--logging.level.root=INFO"),
                List.of("--logging.level.org.sipoauth=TRACE"),
                List.of("--logging.level.org.springframework.security=TRACE"),
                List.of("--logging.level.io.lettuce=DEBUG"),
                List.of("--logging.level.org.apache.catalina=DEBUG"),
                List.of("--logging.group.mine=org.example,org.apache.catalina", "--logging.level.mine=DEBUG"),
                List.of(
                        "--server.tomcat.remoteip.remote-ip-header=X-Forwarded-For",
                        "--server.tomcat.remoteip.internal-proxies=192\\.0\\.2\\.1"),
                List.of("--spring.data.redis.url=redis://redis.example.com:6379"));
    }

    private static List<String> with(String[] some, String more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.add(more);
        return all;
    }

    @ParameterizedTest
    @MethodSource
    void taken(List<String> options) {
        assertThatCode(() -> process(options)).doesNotThrowAnyException();
    }

    @Test
    void believesNoForwardedAddressUnlessTold(@TempDir Path folder) throws IOException {
        TestCertificate.create().writeTo(folder);
        StandardEnvironment environment = environment(tls(folder)); // on Kubernetes Boot would, if this were unset

        new TlsEnvironment().postProcessEnvironment(environment, new SpringApplication());

        assertThat(environment.getProperty("server.forward-headers-strategy")).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw----r--"})
    void refusesAPrivateKeyThatEverybodyCanRead(String rights, @TempDir Path folder) throws IOException {
        TestCertificate.create().writeTo(folder);
        Files.setPosixFilePermissions(folder.resolve("node.key"), PosixFilePermissions.fromString(rights));
        StandardEnvironment environment = environment(tls(folder));

        assertThatThrownBy(() -> new TlsEnvironment().postProcessEnvironment(environment, new SpringApplication()))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("sipoauth.tls.private-key");
        Files.setPosixFilePermissions(folder.resolve("node.key"), PosixFilePermissions.fromString("rw-r-----"));
        new TlsEnvironment().postProcessEnvironment(environment, new SpringApplication());
    }

    private static List<String> tls(Path folder) {
        return List.of(
                "--sipoauth.tls.certificate=" + folder.resolve("node.crt"),
                "--sipoauth.tls.private-key=" + folder.resolve("node.key"));
    }

    private static StartupRefused refusal(List<String> options) {
        try {
            process(options);
        } catch (StartupRefused refusal) {
            return refusal;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("taken: " + new TreeSet<>(options));
    }

    private static void process(List<String> options) throws IOException {
        new DangerousSettings().postProcessEnvironment(environment(options), new SpringApplication());
    }

    /** What the packaged server has in it, and the options of an operator. */
    private static StandardEnvironment environment(List<String> options) throws IOException {
        StandardEnvironment environment = new StandardEnvironment();
        for (PropertySource<?> source :
                new YamlPropertySourceLoader().load("application", new ClassPathResource("application.yaml"))) {
            environment.getPropertySources().addLast(source);
        }
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(options.toArray(String[]::new)));
        return environment;
    }
}
