package org.sipoauth.authz.directory;

import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.FailoverServerSet;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.StartTLSPostConnectProcessor;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Loopback;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.settings.TrustedAuthorities;

/**
 * The connections to the directory, made when they are needed: the server starts whether or not the directory answers.
 * Each is bound as the account that searches. All of them are protected by TLS, and the directory's certificate has to
 * carry the name that it is set up by.
 */
final class DirectoryConnections {
    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;

    /** A search brings one small entry. */
    private static final int LONGEST_MESSAGE_BYTES = 1024 * 1024;

    /** How long a connection to another than the first directory lives on when the first may be back. */
    private static final Duration FAILED_OVER = Duration.ofMinutes(5);

    private DirectoryConnections() {}

    static LDAPConnectionPool open(Settings.Ldap ldap, String password) {
        boolean ldaps = requireProtected(ldap);
        String[] hosts = ldap.urls().stream().map(DirectoryConnections::host).toArray(String[]::new);
        int[] ports = ldap.urls().stream()
                .mapToInt(url -> url.getPort() > 0 ? url.getPort() : ldaps ? LDAPS_PORT : LDAP_PORT)
                .toArray();
        SSLSocketFactory tls = new NamedPeers(
                TrustedAuthorities.trusting(ldap.trust(), "sipoauth.ldap.trust").getSocketFactory());
        BindRequest asSearcher = new SimpleBindRequest(ldap.bindDn(), password);
        // binding is part of connecting, so that a directory that only accepts connections is passed over, too
        FailoverServerSet directories = new FailoverServerSet(
                hosts, ports, ldaps ? tls : SocketFactory.getDefault(), options(ldap), asSearcher, startTls(ldap, tls));
        directories.setMaxFailoverConnectionAgeMillis(FAILED_OVER.toMillis());
        try {
            LDAPConnectionPool pool = new LDAPConnectionPool(directories, asSearcher, 0, ldap.connections());
            pool.setConnectionPoolName("directory");
            pool.setCreateIfNecessary(false);
            pool.setMaxWaitTimeMillis(ldap.responseTimeout().toMillis());
            pool.setRetryFailedOperationsDueToInvalidConnections(true); // they are after the directory's restart
            return pool;
        } catch (LDAPException e) {
            throw new IllegalStateException("to open no connection yet does not fail", e);
        }
    }

    private static LDAPConnectionOptions options(Settings.Ldap ldap) {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis(Math.toIntExact(ldap.connectTimeout().toMillis()));
        options.setResponseTimeoutMillis(ldap.responseTimeout().toMillis());
        options.setAbandonOnTimeout(true);
        options.setFollowReferrals(false); // the password would go wherever the directory points
        options.setBindWithDNRequiresPassword(true); // RFC 4513 §5.1.2
        options.setMaxMessageSize(LONGEST_MESSAGE_BYTES);
        options.setUseSynchronousMode(true); // no thread for each connection
        return options;
    }

    private static @Nullable PostConnectProcessor startTls(Settings.Ldap ldap, SSLSocketFactory tls) {
        return ldap.startTls() ? new StartTLSPostConnectProcessor(tls) : null;
    }

    /** @return whether TLS comes first, with {@code ldaps} */
    private static boolean requireProtected(Settings.Ldap ldap) {
        List<String> schemes = ldap.urls().stream()
                .map(DirectoryConnections::scheme)
                .distinct()
                .toList();
        if (schemes.equals(List.of("ldaps")) && !ldap.startTls() && !ldap.insecurePlainLdap()) {
            return true;
        }
        boolean plain = ldap.insecurePlainLdap()
                && !ldap.startTls()
                && ldap.urls().stream().allMatch(DirectoryConnections::isLoopback);
        if (schemes.equals(List.of("ldap")) && (ldap.startTls() && !ldap.insecurePlainLdap() || plain)) {
            return false;
        }
        throw new StartupRefused(
                "The directory would not be asked over TLS, or not by one way: sipoauth.ldap.urls is " + ldap.urls()
                        + ".",
                "Use ldaps:// for every directory, or ldap:// for every one and --sipoauth.ldap.start-tls=true. Only to"
                        + " this machine (127.0.0.1, ::1, localhost) may ldap:// go without TLS, with"
                        + " --sipoauth.ldap.insecure-plain-ldap=true.");
    }

    private static String scheme(URI url) {
        boolean hostAlone = url.getHost() != null
                && (url.getPath() == null
                        || url.getPath().isEmpty()
                        || url.getPath().equals("/"))
                && url.getQuery() == null
                && url.getUserInfo() == null;
        if (!hostAlone || url.getScheme() == null) {
            throw new StartupRefused(
                    "The directory's address " + url + " is none.",
                    "Write it as ldaps://<host> or ldaps://<host>:<port> in sipoauth.ldap.urls.");
        }
        return url.getScheme().toLowerCase(Locale.ROOT);
    }

    private static boolean isLoopback(URI url) {
        return Loopback.isLoopback(host(url));
    }

    private static String host(URI url) {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
