package org.sipoauth.registrar.transport;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;

/**
 * Takes the certificate of every phone, also one that it made itself: it admits nobody, the token does. What counts is that
 * TLS has proved the phone to hold the private key, and that the token names the thumbprint (RFC 8705 §3, §7.3).
 */
final class PhoneTrust implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("trusts no servers");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0]; // any
    }
}
