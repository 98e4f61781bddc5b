package org.sipoauth.authz.session;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Sessions;
import org.springframework.stereotype.Component;

/**
 * Ends logins for administrators: one, all of a user, all on a device, or all of a client; each order is recorded. To ask
 * twice does no harm, and is right where {@link org.springframework.dao.DataAccessException} says that the store or its
 * replicas did not confirm.
 */
@Component
public final class Revocations {
    /** Beyond that a record takes several times its room in Redis (hash-max-listpack-value). */
    public static final int REASON_BYTES = 64;

    private final Sessions sessions;
    private final ClientRevocations clients;
    private final Audit audit;

    Revocations(Sessions sessions, ClientRevocations clients, Audit audit) {
        this.sessions = sessions;
        this.clients = clients;
        this.audit = audit;
    }

    /**
     * Ends one login.
     *
     * @param by who asks for it, for the audit
     * @return how many were not revoked before: 1, or 0
     * @throws IllegalArgumentException if the reason is too long; the message is for who gave it
     */
    public int session(FamilyId id, String reason, String by) {
        requireShort(reason);
        int revoked = sessions.revoke(id, Sessions.Kind.SESSION, reason) ? 1 : 0;
        record("session", id.toString(), reason, by).with("revoked", revoked).keep();
        return revoked;
    }

    /** Ends all logins of a user; as {@link #session}. */
    public int user(String name, String reason, String by) {
        requireShort(reason);
        int revoked = sessions.revokeUser(name, reason);
        record("user", name.toLowerCase(Locale.ROOT), reason, by)
                .with("revoked", revoked)
                .keep();
        return revoked;
    }

    /** Ends all logins on a device; as {@link #session}. */
    public int device(String name, String reason, String by) {
        requireShort(reason);
        int revoked = sessions.revokeDevice(name, reason);
        record("device", name, reason, by).with("revoked", revoked).keep();
        return revoked;
    }

    /** Begins to end all logins of a client; it takes a while. */
    void client(String id, String reason, String by) {
        requireShort(reason);
        clients.begin(id, reason);
        record("client", id, reason, by).keep();
    }

    private Audit.Entry record(String target, String value, String reason, String by) {
        return audit.event("revocation_ordered")
                .with("by", by)
                .with(target, value)
                .with("reason", reason);
    }

    private static void requireShort(String reason) {
        if (reason.getBytes(StandardCharsets.UTF_8).length > REASON_BYTES) {
            throw new IllegalArgumentException("the reason has at most " + REASON_BYTES + " bytes: shorten it");
        }
    }
}
