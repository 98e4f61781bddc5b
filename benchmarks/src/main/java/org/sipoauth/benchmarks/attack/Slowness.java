package org.sipoauth.benchmarks.attack;

/** How a client that has connected with TLS takes its time. */
enum Slowness {
    SILENT("says nothing", "", false),
    HEAD("half a request head", "GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", true),
    BODY(
            "a request for tokens without its body",
            post("/oauth2/token", "application/x-www-form-urlencoded", 1_000),
            true),
    BODY_OF_NOBODY(
            "a body that nobody reads, for it is refused",
            post("/admin/api/v1/devices", "application/json", 100_000),
            true);

    private final String title;

    /** What it sends at once. */
    final String beginning;

    /** Whether it sends a byte now and then after that. */
    final boolean goesOn;

    Slowness(String title, String beginning, boolean goesOn) {
        this.title = title;
        this.beginning = beginning;
        this.goesOn = goesOn;
    }

    private static String post(String path, String type, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                + length + "\r\n\r\n";
    }

    @Override
    public String toString() {
        return title;
    }
}
