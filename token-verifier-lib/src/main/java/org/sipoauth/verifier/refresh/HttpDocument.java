package org.sipoauth.verifier.refresh;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Optional;

/** One document at one address, fetched again and again; asks conditionally where it can. For one thread. */
public final class HttpDocument {
    private final HttpFetcher fetcher;
    private final URI uri;
    private final String accept;
    private final int maxBytes;
    private Optional<String> lastEntityTag = Optional.empty();
    private byte[] lastDocument = {}; // of that entity tag

    public HttpDocument(HttpFetcher fetcher, URI uri, String accept, int maxBytes) {
        this.fetcher = fetcher;
        this.uri = uri;
        this.accept = accept;
        this.maxBytes = maxBytes;
    }

    /** The document as it is now. */
    public byte[] fetch() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                fetcher.start(uri, accept, lastEntityTag, maxBytes).await();
        if (!HttpFetcher.isUnchanged(answer)) {
            lastDocument = answer.body();
            lastEntityTag = HttpFetcher.entityTag(answer);
        }
        return lastDocument;
    }

    /** Asks unconditionally next time, after a document that turned out to be broken. */
    public void forget() {
        lastEntityTag = Optional.empty();
    }
}
