package org.sipoauth.benchmarks.registrations;

import java.io.IOException;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Gets access tokens from a running server as phones do, each subscriber signing in once and refreshing after that, and
 * writes them as an injection file for sipp: a line a token, {@code user;token;device;instance}.
 *
 * <p>Needs the JDK alone, so that it also runs from its source:
 * {@code java MintTokens.java ISSUER CA-FILE PASSWORD-FILE COUNT INJECTION-FILE}.
 */
public final class MintTokens {
    private static final String CLIENT = "softphone";
    private static final String REDIRECT = "http://127.0.0.1/callback";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int MOST_REDIRECTS = 10;
    private static final Pattern CSRF_FIELD = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");
    private static final Pattern ADDRESS_OF_RECORD = Pattern.compile("\"aor\":\\[\"sip:([^@\"]+)@[^\"]+\"");
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final URI issuer;
    private final SSLContext tls;

    private MintTokens(URI issuer, SSLContext tls) {
        this.issuer = issuer;
        this.tls = tls;
    }

    public static void main(String[] args) throws IOException, InterruptedException, GeneralSecurityException {
        if (args.length != 5) {
            System.err.println("usage: MintTokens ISSUER CA-FILE PASSWORD-FILE COUNT INJECTION-FILE");
            System.exit(2);
        }
        MintTokens mint = new MintTokens(URI.create(args[0]), trusting(Path.of(args[1])));
        List<Login> logins = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(args[2]))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                int colon = line.indexOf(':');
                logins.add(mint.signIn(line.substring(0, colon), line.substring(colon + 1)));
            }
        }
        int count = Integer.parseInt(args[3]);
        List<String> lines = new ArrayList<>(List.of("SEQUENTIAL"));
        Set<String> distinct = new HashSet<>();
        for (int i = 0; i < count; i++) {
            Login login = logins.get(i % logins.size());
            if (i >= logins.size()) {
                login.refresh();
            }
            distinct.add(login.accessToken);
            lines.add(login.injectionLine());
        }
        if (distinct.size() != count) {
            throw new IOException("asked for " + count + " tokens and got " + distinct.size() + " different ones");
        }
        writePrivately(Path.of(args[4]), lines);
        System.out.println(count + " distinct tokens of " + logins.size() + " devices");
    }

    /** One phone's login: a code with PKCE first, refresh tokens from there on. */
    private final class Login {
        private final HttpClient http;
        private final String device;
        private String accessToken = "";
        private String refreshToken = "";

        private Login(HttpClient http, String device) {
            this.http = http;
            this.device = device;
        }

        private void refresh() throws IOException, InterruptedException {
            redeem(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken, "client_id", CLIENT));
        }

        private void redeem(Map<String, String> grant) throws IOException, InterruptedException {
            HttpResponse<String> answer =
                    http.send(post(issuer.resolve("/oauth2/token"), grant), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(
                        grant.get("grant_type") + " answered " + answer.statusCode() + " " + answer.body());
            }
            accessToken = member(answer.body(), "access_token");
            refreshToken = member(answer.body(), "refresh_token");
        }

        private String injectionLine() throws IOException {
            String claims =
                    new String(Base64.getUrlDecoder().decode(accessToken.split("\\.")[1]), StandardCharsets.UTF_8);
            Matcher user = ADDRESS_OF_RECORD.matcher(claims);
            if (!user.find()) {
                throw new IOException("the token of " + device + " names no address-of-record");
            }
            UUID instance = UUID.nameUUIDFromBytes(device.getBytes(StandardCharsets.UTF_8));
            return String.join(";", user.group(1), accessToken, device, instance.toString());
        }
    }

    private Login signIn(String subscriber, String password)
            throws IOException, InterruptedException, GeneralSecurityException {
        HttpClient http = HttpClient.newBuilder()
                .sslContext(tls)
                .cookieHandler(new CookieManager())
                .connectTimeout(TIMEOUT)
                .build();
        Login login = new Login(http, "CSF" + subscriber.toUpperCase(Locale.ROOT));
        String verifier = random();
        String challenge = BASE64URL.encodeToString(
                MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        Map<String, String> request = new LinkedHashMap<>();
        request.put("response_type", "code");
        request.put("client_id", CLIENT);
        request.put("redirect_uri", REDIRECT);
        request.put("scope", "sip.register");
        request.put("device_name", login.device);
        request.put("state", random());
        request.put("code_challenge", challenge);
        request.put("code_challenge_method", "S256");

        URI next = issuer.resolve("/oauth2/authorize?" + form(request));
        for (int i = 0; i < MOST_REDIRECTS && !next.toString().startsWith(REDIRECT); i++) {
            HttpResponse<String> answer = http.send(get(next), BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                Matcher csrf = CSRF_FIELD.matcher(answer.body());
                if (!csrf.find()) {
                    throw new IOException(next.getPath() + " has no form to sign in with");
                }
                Map<String, String> fields =
                        Map.of("username", subscriber, "password", password, "_csrf", csrf.group(1));
                answer = http.send(post(next, fields), BodyHandlers.ofString());
            }
            URI from = next;
            next = answer.headers()
                    .firstValue("Location")
                    .map(from::resolve)
                    .orElseThrow(() -> new IOException(from.getPath() + " led nowhere while signing in " + subscriber));
        }
        String code = parameter(next, "code");
        login.redeem(Map.of(
                "grant_type", "authorization_code",
                "code", code,
                "redirect_uri", REDIRECT,
                "client_id", CLIENT,
                "code_verifier", verifier));
        return login;
    }

    private static HttpRequest get(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
    }

    private static HttpRequest post(URI uri, Map<String, String> fields) {
        return HttpRequest.newBuilder(uri)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form(fields)))
                .build();
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static String parameter(URI uri, String name) throws IOException {
        for (String pair : uri.getRawQuery().split("&")) {
            if (pair.startsWith(name + "=")) {
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        throw new IOException("the authorization endpoint answered without " + name + ": " + uri.getRawQuery());
    }

    /** A string member of the token endpoint's flat answer; tokens hold no character that JSON escapes. */
    private static String member(String json, String name) throws IOException {
        Matcher member =
                Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]+)\"").matcher(json);
        if (!member.find()) {
            throw new IOException("the token endpoint answered without " + name);
        }
        return member.group(1);
    }

    private static String random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return BASE64URL.encodeToString(bytes);
    }

    private static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void writePrivately(Path file, List<String> lines) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, lines, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
    }
}
