import org.jspecify.annotations.NullMarked;

/** Verifies access tokens offline for SIP servers; needs nothing but the JDK at run time. */
@NullMarked // here alone: eight annotated packages would be eight more classes
module org.sipoauth.verifier {
    exports org.sipoauth.verifier; // TokenVerifier, Expectations, Verdict, Reason, AccessToken
    exports org.sipoauth.verifier.keys; // KeySource and its forms
    exports org.sipoauth.verifier.status; // StatusSource, which tells revoked tokens
    exports org.sipoauth.verifier.sip; // Bearer challenges and credentials in SIP headers
    exports org.sipoauth.verifier.metrics; // meters for Micrometer, where there is one

    requires java.net.http; // used by the sources alone, in the background
    requires static org.jspecify;
    requires static micrometer.core; // not transitive: javac would want it of every embedder that is a module
}
