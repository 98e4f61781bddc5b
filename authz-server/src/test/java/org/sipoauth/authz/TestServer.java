package org.sipoauth.authz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.catalina.connector.Connector;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.subscriber.QuickPasswords;
import org.sipoauth.authz.web.MutualTlsConnector;
import org.sipoauth.authz.web.ProvisioningConnector;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole server under the demo profile, on free ports, with TLS. */
public final class TestServer implements AutoCloseable {
    public static final String ISSUER = "https://localhost:8443";
    public static final String AUDIENCE = "sip:example.com";

    private final Path folder;
    private final TestCertificate certificate;
    private final ConfigurableApplicationContext context;

    private TestServer(Path folder, TestCertificate certificate, ConfigurableApplicationContext context) {
        this.folder = folder;
        this.certificate = certificate;
        this.context = context;
    }

    /** @param folder for its certificate and data */
    public static TestServer start(Path folder, String... options) {
        return start(folder, List.of(AuthzServerApplication.class, QuickPasswords.class, RedisForTests.class), options);
    }

    /** With a Redis of its own in the folder, which another server can start on later. */
    public static TestServer startWithEmbeddedRedis(Path folder, String... options) {
        return start(folder, List.of(AuthzServerApplication.class, QuickPasswords.class), options);
    }

    private static TestServer start(Path folder, List<Class<?>> sources, String... options) {
        TestCertificate certificate = TestCertificate.create();
        certificate.writeTo(folder);
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--sipoauth.provisioning.port=0",
                "--management.server.port=0",
                "--sipoauth.tls.certificate=" + folder.resolve("node.crt"),
                "--sipoauth.tls.private-key=" + folder.resolve("node.key"),
                "--sipoauth.data-dir=" + folder.resolve("data")));
        Map<String, Object> ofStore = new HashMap<>(); // a password on the command line is refused
        for (String option : options) { // in place of ours, to which Spring would append it
            if (option.startsWith("--spring.data.redis.")) {
                String[] parts = option.substring(2).split("=", 2);
                ofStore.put(parts[0], parts[1]);
                continue;
            }
            String name = option.substring(0, option.indexOf('=') + 1);
            arguments.removeIf(ours -> ours.startsWith(name));
            arguments.add(option);
        }
        return new TestServer(
                folder,
                certificate,
                new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
                        .profiles("demo")
                        .properties(ofStore)
                        .run(arguments.toArray(String[]::new)));
    }

    public TestCertificate certificate() {
        return certificate;
    }

    public Path folder() {
        return folder;
    }

    public int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    public int provisioningPort() {
        return context.getBean(ProvisioningConnector.class).port();
    }

    /** Of the listener for phones that show a certificate, if there is one. */
    public URI mutualTlsUrl(String path) {
        return URI.create(
                "https://localhost:" + context.getBean(MutualTlsConnector.class).port() + path);
    }

    public URI url(String path) {
        return URI.create("https://localhost:" + port() + path);
    }

    public URI provisioningUrl(String path) {
        return URI.create("https://localhost:" + provisioningPort() + path);
    }

    public URI managementUrl(String path) {
        return URI.create(
                "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.management.port") + path);
    }

    public String passwordOf(String subscriber) {
        return secrets("demo-passwords.txt").get(subscriber);
    }

    public String secretOf(String client) {
        return secrets("demo-clients.txt").get(client);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** At which it listens, the management port aside. */
    public Connector[] connectors() {
        WebServer web = ((WebServerApplicationContext) context).getWebServer();
        return ((TomcatWebServer) web).getTomcat().getService().findConnectors();
    }

    public List<String> beanNames() {
        return List.of(context.getBeanDefinitionNames());
    }

    private Map<String, String> secrets(String file) {
        try {
            return Files.readAllLines(folder.resolve("data").resolve(file)).stream()
                    .map(line -> line.split(":", 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
