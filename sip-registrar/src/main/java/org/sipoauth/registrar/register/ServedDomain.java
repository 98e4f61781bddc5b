package org.sipoauth.registrar.register;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.sipoauth.registrar.sip.Host;
import org.sipoauth.registrar.sip.SipUri;

/**
 * The domain that we register for. Phones write {@code user@<node address>}, so the hosts that we serve stand for the
 * domain before addresses-of-record are compared.
 */
public final class ServedDomain {
    private final String domain;
    private final Set<String> hosts;

    /** @param hosts names and addresses beside the domain itself; IPv6 addresses in brackets */
    public ServedDomain(String domain, Set<String> hosts) {
        this.domain = Host.canonical(domain);
        this.hosts = hosts.stream().map(Host::canonical).collect(Collectors.toUnmodifiableSet());
    }

    public boolean serves(SipUri uri) {
        return uri.host().equals(domain) || hosts.contains(uri.host());
    }

    /**
     * The canonical address-of-record (RFC 3261 §10.3 step 5): {@code sip:user@domain}, no port, no parameters; empty if
     * the host is not ours or there is no user.
     */
    public Optional<String> addressOfRecord(SipUri uri) {
        return serves(uri) ? uri.user().map(user -> "sip:" + user + "@" + domain) : Optional.empty();
    }
}
