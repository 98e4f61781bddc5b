import org.jspecify.annotations.NullMarked;

/** Verifies access tokens offline for SIP servers; needs nothing but the JDK at run time. */
@NullMarked // the exported packages say so again, for tools that see a class path
module org.sipoauth.verifier {
    exports org.sipoauth.verifier; // TokenVerifier, Expectations, Verdict, Reason, AccessToken
    exports org.sipoauth.verifier.keys; // KeySource and its forms
    exports org.sipoauth.verifier.status; // StatusSource, which tells revoked tokens
    exports org.sipoauth.verifier.sip; // Bearer challenges and credentials in SIP headers

    requires java.net.http; // used by the sources alone, in the background
    requires static org.jspecify;
}
