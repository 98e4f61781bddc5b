package org.sipoauth.authz.device;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One phone.
 *
 * @param name as in its configuration file's address, such as {@code CSFALICE}
 * @param owner the subscriber who may sign in on it
 * @param addressesOfRecord the SIP URIs it may register; capped, so that an access token stays under 1,000 bytes
 * @param oauthEnabled whether its security profile lets it register by token
 */
public record Device(String name, DeviceType type, String owner, List<String> addressesOfRecord, boolean oauthEnabled) {

    /** Most addresses-of-record of one device. */
    public static final int MAX_ADDRESSES = 4;
    /** Most characters of all its addresses-of-record together. */
    public static final int MAX_ADDRESS_CHARACTERS = 160;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,49}");
    private static final Pattern SIP_URI =
            Pattern.compile("sips?:[\\x21\\x23-\\x3b\\x3d\\x3f-\\x5b\\x5d-\\x7e]+@[A-Za-z0-9.:\\[\\]-]+");

    public Device {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a device name: 1 to 50 letters, digits, '.', '_' or '-'");
        }
        addressesOfRecord = List.copyOf(addressesOfRecord);
        if (addressesOfRecord.isEmpty() || addressesOfRecord.size() > MAX_ADDRESSES) {
            throw new IllegalArgumentException(
                    "device " + name + " needs 1 to " + MAX_ADDRESSES + " addresses-of-record");
        }
        if (addressesOfRecord.stream().mapToInt(String::length).sum() > MAX_ADDRESS_CHARACTERS) {
            throw new IllegalArgumentException("the addresses-of-record of device " + name + " are longer than "
                    + MAX_ADDRESS_CHARACTERS + " characters together: its tokens would not fit into SIP headers");
        }
        for (String address : addressesOfRecord) {
            if (!SIP_URI.matcher(address).matches()) {
                throw new IllegalArgumentException("device " + name + " has an address-of-record that is no SIP URI");
            }
        }
    }

    /** Whether this could name a device; what could not is not worth asking the store. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
