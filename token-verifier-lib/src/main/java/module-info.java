/** Verifies access tokens offline for SIP servers; needs nothing but the JDK at run time. */
module org.sipoauth.verifier {
    exports org.sipoauth.verifier; // TokenVerifier, Expectations, Verdict, Reason, AccessToken
    exports org.sipoauth.verifier.keys; // KeySource and its forms
    exports org.sipoauth.verifier.sip; // Bearer challenges and credentials in SIP headers

    requires java.net.http; // used by the URL key source alone
    requires static org.jspecify;
}
