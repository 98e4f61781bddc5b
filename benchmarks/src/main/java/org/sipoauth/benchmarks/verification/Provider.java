package org.sipoauth.benchmarks.verification;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;

/** Whose cryptography a process uses. */
public enum Provider {
    /** As each library comes. */
    DEFAULT("as it comes"),
    /** Native code before all others. */
    CORRETTO("Corretto");

    private final String title;

    Provider(String title) {
        this.title = title;
    }

    /** For the whole process, so before anything else. */
    void use() {
        if (this == CORRETTO) {
            AmazonCorrettoCryptoProvider.install();
            AmazonCorrettoCryptoProvider.INSTANCE.assertHealthy();
        }
    }

    String title() {
        return title;
    }
}
