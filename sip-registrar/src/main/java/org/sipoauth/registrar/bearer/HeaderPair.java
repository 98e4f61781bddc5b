package org.sipoauth.registrar.bearer;

/** The two header pairs of SIP authentication (RFC 3261 §22.2, §22.3), each with its status. */
public enum HeaderPair {
    PROXY(407, "Proxy Authentication Required", "Proxy-Authenticate", "Proxy-Authorization"),
    USER(401, "Unauthorized", "WWW-Authenticate", "Authorization");

    private final int status;
    private final String reason;
    private final String challengeHeader;
    private final String credentialsHeader;

    HeaderPair(int status, String reason, String challengeHeader, String credentialsHeader) {
        this.status = status;
        this.reason = reason;
        this.challengeHeader = challengeHeader;
        this.credentialsHeader = credentialsHeader;
    }

    public int status() {
        return status;
    }

    public String reason() {
        return reason;
    }

    public String challengeHeader() {
        return challengeHeader;
    }

    public String credentialsHeader() {
        return credentialsHeader;
    }

    HeaderPair other() {
        return this == PROXY ? USER : PROXY;
    }
}
