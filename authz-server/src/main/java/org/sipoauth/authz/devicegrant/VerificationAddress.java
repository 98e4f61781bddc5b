package org.sipoauth.authz.devicegrant;

/** Where a person enters a code, as the phone shows it. */
final class VerificationAddress {
    static final String PAGE = "/device";
    static final String QR_CODE = "/device/qr.png";

    private final String issuer;

    VerificationAddress(String issuer) {
        this.issuer = issuer;
    }

    String page() {
        return issuer + PAGE;
    }

    String pageFor(String userCode) {
        return page() + "?user_code=" + userCode;
    }

    String qrCodeFor(String userCode) {
        return issuer + QR_CODE + "?user_code=" + userCode;
    }
}
