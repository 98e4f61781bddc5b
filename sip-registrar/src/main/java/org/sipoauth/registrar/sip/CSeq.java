package org.sipoauth.registrar.sip;

/** {@code CSeq: number METHOD} (RFC 3261 §20.16); the number is below 2^31. */
public record CSeq(long number, String method) {
    public CSeq {
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new SipSyntaxException("CSeq number is not below 2^31");
        }
        if (!Grammar.isToken(method)) {
            throw new SipSyntaxException("CSeq method is not a token");
        }
    }

    static CSeq parse(String text) {
        String[] parts = Grammar.firstWord(text);
        if (!Grammar.isDigits(parts[0]) || parts[0].length() > 18 || !Grammar.isToken(parts[1])) {
            throw new SipSyntaxException("CSeq is not a number and a method");
        }
        return new CSeq(Long.parseLong(parts[0]), parts[1]);
    }

    @Override
    public String toString() {
        return number + " " + method;
    }
}
