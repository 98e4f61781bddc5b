package org.sipoauth.verifier.refresh;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One document at one address, fetched again and again; asks conditionally where it can. For one thread. */
public final class HttpDocument {
    private final HttpFetcher fetcher;
    private final URI uri;
    private final String accept;
    private final int maxBytes;
    private @Nullable Tagged last;

    private record Tagged(String entityTag, byte[] document) {}

    public HttpDocument(HttpFetcher fetcher, URI uri, String accept, int maxBytes) {
        this.fetcher = fetcher;
        this.uri = uri;
        this.accept = accept;
        this.maxBytes = maxBytes;
    }

    /** The document as it is now. */
    public byte[] fetch() throws IOException, InterruptedException {
        Tagged known = last;
        HttpFetcher.Answer answer = fetcher.start(
                        uri, accept, Optional.ofNullable(known).map(Tagged::entityTag), maxBytes)
                .await();
        if (known != null && answer.body().isEmpty()) {
            return known.document();
        }
        byte[] document = answer.body().orElseThrow();
        last = answer.entityTag().map(tag -> new Tagged(tag, document)).orElse(null);
        return document;
    }

    /** Asks unconditionally next time, after a document that turned out to be broken. */
    public void forget() {
        last = null;
    }
}
