package org.sipoauth.authz.web;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Makes {@code sipoauth.tls.certificate} and {@code sipoauth.tls.private-key} the certificate of every listener, read
 * again when the files change. Without them nothing starts, unless plain HTTP is asked for by name; that is then
 * heard on the loopback interface only.
 */
final class TlsEnvironment implements EnvironmentPostProcessor {
    /** The name of the SSL bundle. */
    static final String BUNDLE = "sipoauth";

    private static final String CERTIFICATE = "sipoauth.tls.certificate";
    private static final String PRIVATE_KEY = "sipoauth.tls.private-key";
    private static final String PLAIN_HTTP = "sipoauth.insecure-plain-http";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "sipoauth-listeners",
                        environment.getProperty(PLAIN_HTTP, Boolean.class, false) ? plainHttp() : tls(environment)));
    }

    /** For a TLS proxy on this machine alone, unless an address is set; what it says of its callers is believed. */
    private static Map<String, Object> plainHttp() {
        return Map.of(
                "server.address", "127.0.0.1",
                "server.forward-headers-strategy", "native",
                "server.tomcat.remoteip.internal-proxies", "127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|0:0:0:0:0:0:0:1|::1");
    }

    private static Map<String, Object> tls(ConfigurableEnvironment environment) {
        String bundle = "spring.ssl.bundle.pem." + BUNDLE + ".";
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put(bundle + "keystore.certificate", requireFile(environment, CERTIFICATE));
        properties.put(bundle + "keystore.private-key", requireSecretFile(environment, PRIVATE_KEY));
        properties.put(bundle + "reload-on-update", "true");
        properties.put(bundle + "options.enabled-protocols", "TLSv1.3,TLSv1.2");
        properties.put("server.ssl.bundle", BUNDLE);
        properties.put("server.servlet.session.cookie.secure", "true");
        // On Kubernetes and other clouds Boot would believe X-Forwarded-For of everybody who has a private address.
        properties.put("server.forward-headers-strategy", "none");
        return properties;
    }

    private static String requireFile(ConfigurableEnvironment environment, String option) {
        String file = environment.getProperty(option);
        if (file == null) {
            throw new StartupRefused(
                    "This server speaks TLS, but " + option + " names no PEM file.",
                    "Name one with --" + option + "=<file>; `sipoauth dev-pki --out <folder>` makes a certificate for"
                            + " trying things out (node.crt, node.key). Behind a TLS proxy on the same machine, set"
                            + " --" + PLAIN_HTTP + "=true.");
        }
        if (!Files.isReadable(Path.of(file))) {
            throw new StartupRefused(
                    "The file " + file + " that " + option + " names cannot be read.",
                    "Check the path and its rights; `sipoauth dev-pki --out <folder>` makes a certificate for trying"
                            + " things out (node.crt, node.key).");
        }
        return Path.of(file).toAbsolutePath().toUri().toString();
    }

    private static String requireSecretFile(ConfigurableEnvironment environment, String option) {
        String location = requireFile(environment, option);
        try {
            Path file = Path.of(URI.create(location));
            if (Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)
                    && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw new StartupRefused(
                        "Every user of this machine can read the private key that " + option + " names, " + file + ".",
                        "Take that right away: chmod o= " + file);
            }
            return location;
        } catch (IOException e) {
            throw new StartupRefused(
                    "The rights of the file that " + option + " names cannot be read: " + e.getMessage(),
                    "Check the path and its rights.",
                    e);
        }
    }
}
