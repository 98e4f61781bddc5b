package org.sipoauth.authz.web;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.sipoauth.authz.settings.Loopback;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Refuses settings that would lay this server open, before anything is made or listened to: those of Spring Boot, which
 * knows nothing of tokens. What concerns settings of ours, {@code settings} and the features refuse themselves.
 */
final class DangerousSettings implements EnvironmentPostProcessor {
    /** Whoever reaches the management port may read these: they tell how this server is, and no secret. */
    private static final Set<String> OPEN_ENDPOINTS = Set.of("health", "info", "metrics", "prometheus");

    /** Loggers that write what is sent and received, from this level on: passwords, codes and tokens among it. */
    private static final Map<String, Level> TELLTALE_LOGGERS = Map.of(
            "org.apache.coyote", Level.DEBUG,
            "org.apache.tomcat.util.http", Level.DEBUG,
            "org.springframework.web", Level.DEBUG,
            "io.lettuce.core.protocol", Level.TRACE);

    /** Boot's own names for several loggers, one of which is in the table above. */
    private static final Map<String, String[]> LOGGER_GROUPS = Map.of("web", new String[] {"org.springframework.web"});

    private static final List<String> FORWARDED_HEADERS =
            List.of("server.tomcat.remoteip.remote-ip-header", "server.tomcat.remoteip.protocol-header");

    /** Every user of a machine sees its command lines. */
    private static final List<String> SECRETS = List.of(
            "spring.data.redis.password",
            "spring.data.redis.sentinel.password",
            "SIPOAUTH_MASTER_KEY",
            "SIPOAUTH_LDAP_PASSWORD",
            "SIPOAUTH_OPENID_CONNECT_CLIENT_SECRET");

    private static final String REDIS_URL = "spring.data.redis.url";

    private enum Level {
        DEBUG,
        TRACE;

        /** Whether a logger that is set to this level writes what belongs to the other. */
        static boolean covers(String set, Level needed) {
            String upper = set.toUpperCase(Locale.ROOT);
            return upper.equals("ALL") || upper.equals(TRACE.name()) || upper.equals(needed.name());
        }
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        boolean plain = environment.getProperty("sipoauth.insecure-plain-http", Boolean.class, false);
        if (plain) {
            refusePlainHttpBeyondThisMachine(environment);
        } else {
            refuseNoTls(environment);
            refuseCookieWithoutTls(environment);
        }
        refuseCookieForScripts(environment);
        refuseForgedAddresses(environment, plain);
        refuseManagementForEverybody(environment);
        refuseSecretsInTheLog(environment);
        refuseSecretsOnTheCommandLine(environment);
    }

    private static void refusePlainHttpBeyondThisMachine(Environment environment) {
        String address = environment.getProperty("server.address");
        if (address != null && !Loopback.isLoopback(address)) {
            throw refusal(
                    "server.address",
                    address,
                    "with sipoauth.insecure-plain-http passwords and tokens would cross the network for everybody to read",
                    "Leave it unset, so that only a TLS proxy on this machine reaches the server; or name a certificate"
                            + " with sipoauth.tls.certificate and sipoauth.tls.private-key.");
        }
    }

    private static void refuseNoTls(Environment environment) {
        refuseFalse(
                environment,
                "server.ssl.enabled",
                "passwords and tokens would cross the network for everybody to read",
                "Leave it unset. Behind a TLS proxy on this machine, set sipoauth.insecure-plain-http=true.");
    }

    private static void refuseCookieWithoutTls(Environment environment) {
        refuseFalse(
                environment,
                "server.servlet.session.cookie.secure",
                "browsers would send the cookie of the sign-in over http, too",
                "Leave it unset.");
    }

    private static void refuseCookieForScripts(Environment environment) {
        refuseFalse(
                environment,
                "server.servlet.session.cookie.http-only",
                "scripts could read the cookie of the sign-in",
                "Leave it unset.");
    }

    /** Who may say from which address they come evades every limit that counts by address. */
    private static void refuseForgedAddresses(Environment environment, boolean plain) {
        String setting = "server.forward-headers-strategy";
        String strategy = environment.getProperty(setting, "none");
        String proxies = "server.tomcat.remoteip.internal-proxies";
        if (strategy.equalsIgnoreCase("framework")) {
            throw refusal(
                    setting,
                    strategy,
                    "everybody could say from which address they come, and no limit by address would hold",
                    "Set it to native, and name the addresses of your proxies with " + proxies + ".");
        }
        if (plain || environment.containsProperty(proxies)) {
            return;
        }
        if (strategy.equalsIgnoreCase("native")) {
            throw forgedByNeighbours(setting, strategy, proxies);
        }
        for (String header : FORWARDED_HEADERS) { // each has addresses believed, whatever the strategy is
            String value = environment.getProperty(header, "");
            if (!value.isBlank()) {
                throw forgedByNeighbours(header, value, proxies);
            }
        }
    }

    private static StartupRefused forgedByNeighbours(String setting, String value, String proxies) {
        return refusal(
                setting,
                value,
                "everybody with a private address could say from which address they come",
                "Name the addresses of your proxies, and no others, with " + proxies
                        + ", a regular expression such as 192\\.0\\.2\\.1");
    }

    private static void refuseManagementForEverybody(Environment environment) {
        boolean certificates = environment.getProperty("management.server.ssl.enabled", Boolean.class, false)
                && environment
                        .getProperty("management.server.ssl.client-auth", "")
                        .equalsIgnoreCase("need");
        if (certificates) {
            return;
        }
        String port = environment.getProperty("management.server.port", "");
        if (port.isBlank() || !port.equals("0") && port.equals(environment.getProperty("server.port"))) {
            throw refusal(
                    "management.server.port",
                    port,
                    "health and metrics would be where the world signs in",
                    "Set it to a port of its own, such as 9080.");
        }
        String address = environment.getProperty("management.server.address", "");
        if (!Loopback.isLoopback(address)
                && !environment.getProperty("sipoauth.insecure-open-management", Boolean.class, false)) {
            throw refusal(
                    "management.server.address",
                    address,
                    "health and metrics would be open to everybody who reaches this port",
                    "Leave it unset; or where a network policy or packet filter lets nobody but probes and Prometheus in,"
                            + " set sipoauth.insecure-open-management=true. Or ask for certificates:"
                            + " management.server.ssl.enabled=true, management.server.ssl.client-auth=need.");
        }
        String exposed = "management.endpoints.web.exposure.include";
        List<String> endpoints = Binder.get(environment)
                .bind(exposed, Bindable.listOf(String.class))
                .orElse(List.of());
        if (!OPEN_ENDPOINTS.containsAll(endpoints)) {
            throw refusal(
                    exposed,
                    String.join(",", endpoints),
                    "everybody who reaches the port could read this server's memory or settings, or change them",
                    "Name no others than health, info, metrics and prometheus. For others, ask for certificates:"
                            + " management.server.ssl.enabled=true, management.server.ssl.client-auth=need.");
        }
    }

    private static void refuseSecretsInTheLog(Environment environment) {
        for (String flag : List.of("debug", "trace", "spring.mvc.log-request-details")) {
            String value = environment.getProperty(flag);
            if (value != null && !value.equalsIgnoreCase("false")) {
                throw refusal(
                        flag,
                        value,
                        "passwords and tokens would be in the log",
                        "Leave it unset; for a part of this server, set logging.level.<package>.");
            }
        }
        Map<String, String[]> groups = new HashMap<>(LOGGER_GROUPS);
        groups.putAll(Binder.get(environment)
                .bind("logging.group", Bindable.mapOf(String.class, String[].class))
                .orElse(Map.of()));
        Binder.get(environment)
                .bind("logging.level", Bindable.mapOf(String.class, String.class))
                .orElse(Map.of())
                .forEach((logger, level) -> {
                    for (String name : groups.getOrDefault(logger, new String[] {logger})) {
                        refuseTelltale(name, logger, level);
                    }
                });
    }

    private static void refuseTelltale(String name, String logger, String level) {
        TELLTALE_LOGGERS.forEach((telltale, least) -> {
            boolean concerned = name.equalsIgnoreCase("root")
                    || (telltale + ".").startsWith(name + ".")
                    || name.startsWith(telltale + ".");
            if (concerned && Level.covers(level, least)) {
                throw refusal(
                        "logging.level." + logger,
                        level,
                        telltale + " would write passwords and tokens into the log",
                        "Set the level of a package that is none of " + String.join(", ", TELLTALE_LOGGERS.keySet())
                                + ", and contains none.");
            }
        });
    }

    private static void refuseSecretsOnTheCommandLine(ConfigurableEnvironment environment) {
        PropertySource<?> commandLine = environment.getPropertySources().get("commandLineArgs");
        if (commandLine == null) {
            return;
        }
        for (String name : SECRETS) {
            if (commandLine.containsProperty(name)) {
                throw onTheCommandLine(name);
            }
        }
        if (String.valueOf(commandLine.getProperty(REDIS_URL)).matches(".*//[^/]*:[^/]*@.*")) {
            throw onTheCommandLine(REDIS_URL);
        }
    }

    private static StartupRefused onTheCommandLine(String name) {
        return new StartupRefused(
                "There is a secret on the command line, where every user of this machine sees it: " + name + ".",
                "Put it into a file that this server's account alone can read (application.yaml, or one of"
                        + " --spring.config.import=configtree:<folder>/), or into the environment.");
    }

    private static void refuseFalse(Environment environment, String setting, String why, String action) {
        if (!environment.getProperty(setting, Boolean.class, true)) {
            throw refusal(setting, "false", why, action);
        }
    }

    private static StartupRefused refusal(String setting, String value, String why, String action) {
        return new StartupRefused(setting + " is " + (value.isEmpty() ? "empty" : value) + ": " + why + ".", action);
    }
}
