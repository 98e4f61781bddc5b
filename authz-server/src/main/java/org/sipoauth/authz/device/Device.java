package org.sipoauth.authz.device;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One phone.
 *
 * @param name as in its configuration file's address, such as {@code CSFALICE}; by the rules of {@link DeviceType}
 * @param owner the subscriber who may sign in on it, in lower case as all names of accounts
 * @param addressesOfRecord the SIP URIs it may register; capped, so that an access token stays under 1,000 bytes
 * @param securityProfile the name of the {@link SecurityProfile} that says whether it registers by token
 * @param enabled false: it gets no tokens
 */
public record Device(
        String name, String owner, List<String> addressesOfRecord, String securityProfile, boolean enabled) {

    /** Most addresses-of-record of one device. */
    public static final int MAX_ADDRESSES = 4;
    /** Most characters of all its addresses-of-record together. */
    public static final int MAX_ADDRESS_CHARACTERS = 160;

    private static final Pattern OWNER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    private static final Pattern SIP_URI =
            Pattern.compile("sips?:[\\x21\\x23-\\x3b\\x3d\\x3f-\\x5b\\x5d-\\x7e]+@[A-Za-z0-9.:\\[\\]-]+");

    /** @throws IllegalArgumentException if there can be no such device; the message is for who asked for it */
    public Device {
        requireName(name);
        requireOwner(owner);
        owner = owner.toLowerCase(Locale.ROOT);
        addressesOfRecord = List.copyOf(addressesOfRecord);
        requireAddresses(addressesOfRecord);
        SecurityProfile.requireName(securityProfile);
    }

    /** One that may register by token. */
    public Device(String name, String owner, List<String> addressesOfRecord) {
        this(name, owner, addressesOfRecord, SecurityProfile.WITH_OAUTH, true);
    }

    Device disabled() {
        return new Device(name, owner, addressesOfRecord, securityProfile, false);
    }

    public DeviceType type() {
        return DeviceType.ofName(name).orElseThrow();
    }

    /** Whether this could name a device; what could not is not worth asking the store. */
    public static boolean isName(String text) {
        return DeviceType.ofName(text).isPresent();
    }

    static void requireName(String text) {
        require(isName(text), "a device's name is one of: " + DeviceType.rules());
    }

    static void requireOwner(String text) {
        require(
                OWNER.matcher(text).matches(),
                "a device's owner is the name of a subscriber: 1 to 64 letters, digits, '.', '_', '-' or '@', a letter or"
                        + " digit first");
    }

    static void requireAddresses(List<String> addresses) {
        require(
                !addresses.isEmpty() && addresses.size() <= MAX_ADDRESSES,
                "a device has 1 to " + MAX_ADDRESSES + " addresses-of-record");
        for (String address : addresses) {
            require(
                    SIP_URI.matcher(address).matches(),
                    "an address-of-record is a SIP URI with a user, such as sip:1001@example.com");
        }
        require(
                addresses.stream().mapToInt(String::length).sum() <= MAX_ADDRESS_CHARACTERS,
                "the addresses-of-record of a device have at most " + MAX_ADDRESS_CHARACTERS
                        + " characters together: its tokens would not fit into SIP headers");
        require(new HashSet<>(addresses).size() == addresses.size(), "a device has each address-of-record once");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
