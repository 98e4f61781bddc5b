package org.sipoauth.cli.phone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;

/** Signs in with the person's own browser, whose answer comes to a listener on the loopback interface (RFC 8252 §7.3). */
final class BrowserSignIn implements SignIn {
    private static final String PATH = "/callback";
    private static final byte[] FAREWELL =
            "<!doctype html><title>Signed in</title><p>The phone has its answer. You can close this page.\n"
                    .getBytes(StandardCharsets.UTF_8);

    /** What shows pages to the person at this machine. */
    @FunctionalInterface
    interface Browser {
        void show(URI address) throws IOException;
    }

    private final HttpServer listener;
    private final Browser browser;
    private final BlockingQueue<URI> answers = new LinkedBlockingQueue<>(1);
    private final PrintWriter out;
    private final Duration patience;

    /**
     * Opens the listener.
     *
     * @param browser shows an address to the person, or fails to
     */
    BrowserSignIn(PrintWriter out, Browser browser, Duration patience) throws IOException {
        this.out = out;
        this.browser = browser;
        this.patience = patience;
        listener = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        listener.createContext("/", this::answer);
        listener.start();
    }

    @Override
    public URI redirectUri() {
        return URI.create("http://127.0.0.1:" + listener.getAddress().getPort() + PATH);
    }

    @Override
    public URI answerTo(URI address) throws InterruptedException {
        out.println("Sign in with a browser on this machine:");
        out.println("  " + address);
        try {
            browser.show(address);
        } catch (IOException noBrowser) {
            out.println("(No browser could be opened from here: open the address yourself.)");
        }
        @Nullable URI answer = answers.poll(patience.toSeconds(), TimeUnit.SECONDS);
        if (answer == null) {
            throw new CommandFailure(
                    PhoneExitCodes.SIGN_IN,
                    "nobody signed in within " + patience.toMinutes() + " minutes",
                    "Start again, or sign in without a browser: --user and --password-file.");
        }
        return answer;
    }

    @Override
    public void close() {
        listener.stop(1); // seconds for the farewell page to reach the browser
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean isAnswer = exchange.getRequestMethod().equals("GET")
                    && exchange.getRequestURI().getPath().equals(PATH)
                    && exchange.getRequestURI().getRawQuery() != null;
            if (!isAnswer) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer"); // the address holds the code
            exchange.sendResponseHeaders(200, FAREWELL.length);
            exchange.getResponseBody().write(FAREWELL);
            answers.offer(redirectUri().resolve(exchange.getRequestURI().toString()));
        }
    }

    /** Asks the desktop to show the address. */
    static void openBrowser(URI address) throws IOException {
        String opener = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "open" : "xdg-open";
        new ProcessBuilder(opener, address.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
