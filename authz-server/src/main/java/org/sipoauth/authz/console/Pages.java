package org.sipoauth.authz.console;

import org.springframework.web.util.UriComponentsBuilder;

/** Addresses within the console. */
final class Pages {
    static final String CONSOLE = "/console";
    static final String DEVICES = CONSOLE + "/devices";
    static final String SUBSCRIBERS = CONSOLE + "/subscribers";
    static final String ADMINISTRATORS = CONSOLE + "/administrators";
    static final String PARAMETERS = CONSOLE + "/parameters";

    private Pages() {}

    static String device(String name) {
        return named(DEVICES, name);
    }

    /** The part of a subscriber's devices that follows a name. */
    static String devicesOf(String owner, String after) {
        return UriComponentsBuilder.fromPath(DEVICES)
                .queryParam("owner", "{owner}")
                .queryParam("after", "{after}")
                .encode()
                .buildAndExpand(owner, after)
                .toUriString();
    }

    static String subscriber(String name) {
        return named(SUBSCRIBERS, name);
    }

    /** One of a list. */
    static String named(String list, String name) {
        return with(list, "name", name);
    }

    /** Of a user, or on a device. */
    static String sessions(String name) {
        return with(CONSOLE + "/sessions", "name", name);
    }

    static String session(String id) {
        return with(CONSOLE + "/sessions/one", "id", id);
    }

    static String diagnosis(String device) {
        return with(CONSOLE + "/diagnosis", "device", device);
    }

    static String audit(String filter, String value) {
        return with(CONSOLE + "/audit", filter, value);
    }

    /** The part of a list that follows a name. */
    static String after(String list, String name) {
        return with(list, "after", name);
    }

    private static String with(String path, String parameter, String value) {
        return UriComponentsBuilder.fromPath(path)
                .queryParam(parameter, "{value}")
                .encode()
                .buildAndExpand(value)
                .toUriString();
    }
}
