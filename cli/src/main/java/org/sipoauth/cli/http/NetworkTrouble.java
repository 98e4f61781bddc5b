package org.sipoauth.cli.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLHandshakeException;

/** What went wrong on the way to a server, in words for the person at the terminal. */
public final class NetworkTrouble {
    private NetworkTrouble() {}

    public static String inWords(IOException trouble) {
        if (trouble instanceof SSLHandshakeException tls) {
            return handshake(String.valueOf(tls.getMessage()));
        }
        if (trouble instanceof UnknownHostException || trouble.getCause() instanceof UnresolvedAddressException) {
            return "no such host";
        }
        if (trouble instanceof SocketTimeoutException || trouble instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (trouble instanceof ConnectException
                && (trouble.getMessage() == null || trouble.getMessage().contains("refused"))) {
            return "connection refused, nothing listens there";
        }
        return trouble.getMessage() == null ? trouble.getClass().getSimpleName() : trouble.getMessage();
    }

    private static String handshake(String message) {
        if (message.contains("PKIX path") || message.contains("trust anchor")) {
            return "its TLS certificate is from an authority that is not trusted (see --trust)";
        }
        if (message.contains("subject alternative") || message.contains("No name matching")) {
            return "its TLS certificate is for another host";
        }
        return "TLS cannot be agreed on: " + message;
    }
}
