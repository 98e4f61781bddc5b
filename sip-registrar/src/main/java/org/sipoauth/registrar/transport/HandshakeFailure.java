package org.sipoauth.registrar.transport;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.OpenSslCertificateException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a TLS handshake failed: one constant a cause. */
public enum HandshakeFailure {
    /** The client's certificate leads to no CA that we trust. */
    UNKNOWN_CA,
    /** The client's certificate has ended, or not begun. */
    CERTIFICATE_EXPIRED,
    /** The client's certificate is of a CA that we trust, but its name is not on the list of edges. */
    EDGE_NOT_LISTED,
    /** The client's certificate is not for clients, or broken. */
    CERTIFICATE_INVALID,
    /** Bytes that are no TLS. */
    NOT_TLS,
    /** The client closed, perhaps because it does not trust us. */
    CLOSED,
    /** Anything else: no common version or cipher, a broken record, an alert from the client. */
    PROTOCOL;

    /** As in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static HandshakeFailure of(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof OpenSslCertificateException certificate) {
                return EdgeTrust.failureOf(certificate);
            }
            if (cause instanceof NotSslRecordException) {
                return NOT_TLS;
            }
            if (cause instanceof ClosedChannelException) {
                return CLOSED;
            }
        }
        return PROTOCOL;
    }
}
