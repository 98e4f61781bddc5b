package org.sipoauth.registrar;

import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Starts the registrar from the command line; see {@code --help}. */
public final class RegistrarMain {
    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_SETTINGS = 2;

    private RegistrarMain() {}

    public static void main(String[] arguments) {
        if (List.of(arguments).contains("--help")) {
            System.out.print(Setting.help());
            return;
        }
        // Only for the JDK's TLS; the native one knows no renegotiation.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        try {
            RegistrarServer server = new RegistrarServer(Settings.of(arguments));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "drain"));
            System.out.println(server.listening());
            new CountDownLatch(1).await(); // until SIGTERM
        } catch (SettingsException wrong) {
            System.err.println("sip-registrar: " + wrong.getMessage());
            System.exit(EXIT_SETTINGS);
        } catch (InterruptedException | RuntimeException failed) {
            System.err.println("sip-registrar: cannot start: " + failed);
            System.exit(EXIT_FAILURE);
        }
    }
}
