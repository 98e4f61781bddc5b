package org.sipoauth.registrar.sip;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** One Contact of a REGISTER or its answer (RFC 3261 §20.10, RFC 5626 §11.2, and the incumbent's device name). */
public record Contact(NameAddr address) {
    public static final String INSTANCE = "+sip.instance";
    public static final String DEVICE_NAME = "+u.sip!devicename.ccm.cisco.com";
    public static final String REG_ID = "reg-id";
    public static final String EXPIRES = "expires";

    private static final String UUID = "urn:uuid:";
    private static final long MALFORMED_EXPIRES_SECONDS = 3600;

    /** @throws SipSyntaxException if an address or a parameter of the registrar's concern is malformed */
    public Contact {
        Parameters parameters = address.parameters();
        if (parameters.has("q") && !parameters.value("q").orElse("").matches("0(\\.\\d{0,3})?|1(\\.0{0,3})?")) {
            throw new SipSyntaxException("q is not a number from 0 to 1");
        }
        if (parameters.has(REG_ID) && !isRegId(parameters.value(REG_ID).orElse(""))) {
            throw new SipSyntaxException("reg-id is not a number from 1 to 2147483647");
        }
    }

    /** RFC 5626 §11.2. */
    private static boolean isRegId(String text) {
        long number = DeltaSeconds.parse(text).orElse(0L);
        return 1 <= number && number <= Integer.MAX_VALUE;
    }

    public static Contact parse(String text) {
        return new Contact(NameAddr.parse(text));
    }

    public String uri() {
        return address.uri();
    }

    public Parameters parameters() {
        return address.parameters();
    }

    /** The {@code expires} parameter; a malformed one counts as 3600 (§20.10). */
    public OptionalLong expiresSeconds() {
        return parameters().has(EXPIRES)
                ? OptionalLong.of(DeltaSeconds.parse(parameters().value(EXPIRES).orElse(""))
                        .orElse(MALFORMED_EXPIRES_SECONDS))
                : OptionalLong.empty();
    }

    /** {@code +sip.instance} without its angle brackets, usually {@code urn:uuid:…}, which is the same in either case (RFC 4122 §3). */
    public Optional<String> instance() {
        return parameters().value(INSTANCE).map(Contact::withoutBrackets).map(Contact::oneCase);
    }

    private static String oneCase(String urn) {
        return urn.regionMatches(true, 0, UUID, 0, UUID.length()) ? urn.toLowerCase(Locale.ROOT) : urn;
    }

    /** {@code reg-id}, which counts only beside an instance (RFC 5626 §6); without leading zeros. */
    public Optional<String> regId() {
        return parameters().value(REG_ID).map(number -> Integer.toString(Integer.parseInt(number)));
    }

    /** Whether it names a flow: one of the connections of an instance (RFC 5626 §4.2). */
    public boolean isFlow() {
        return parameters().has(REG_ID) && instance().isPresent();
    }

    public Contact withoutRegId() {
        return new Contact(address.with(address.parameters().without(REG_ID)));
    }

    /** The incumbent's device name. */
    public Optional<String> deviceName() {
        return parameters().value(DEVICE_NAME).filter(name -> !name.isEmpty());
    }

    public Contact withExpires(long seconds) {
        return new Contact(address.with(address.parameters().with(EXPIRES, Long.toString(seconds))));
    }

    public Contact withoutExpires() {
        return new Contact(address.with(address.parameters().without(EXPIRES)));
    }

    /** Whether both are the same contact address, by the URI alone (RFC 3261 §10.3 step 7). */
    public boolean hasSameUriAs(Contact other) {
        return address.sipUri().isPresent() && other.address.sipUri().isPresent()
                ? address.sipUri().get().isEquivalentTo(other.address.sipUri().get())
                : uri().equals(other.uri());
    }

    private static String withoutBrackets(String text) {
        return text.startsWith("<") && text.endsWith(">") ? text.substring(1, text.length() - 1) : text;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
