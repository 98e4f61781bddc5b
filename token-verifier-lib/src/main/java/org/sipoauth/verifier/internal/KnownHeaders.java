package org.sipoauth.verifier.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The headers of the last {@value #MAX} kinds of accepted tokens. An issuer writes the same few headers into all its
 * tokens, so nearly every token's was parsed before; an unseen one is parsed strictly. Only {@link #remember} adds one, so
 * nobody without the issuer's key can put any in, nor drive others out. Thread-safe.
 */
public final class KnownHeaders {
    private static final int MAX = 16;

    private volatile Header[] headers = {}; // never written to; the newest first

    /** The header that the first {@code end} bytes are. */
    Header read(byte[] compact, int end) throws MalformedException {
        for (Header header : headers) {
            if (Arrays.equals(header.text(), 0, header.text().length, compact, 0, end)) {
                return header;
            }
        }
        return Header.parse(Arrays.copyOf(compact, end));
    }

    /** To be called for the headers of accepted tokens alone. Two at once may forget one, which is then parsed again. */
    public void remember(@Nullable Header header) {
        Header[] before = headers;
        if (header == null) {
            return;
        }
        for (Header known : before) {
            if (known == header) {
                return;
            }
        }
        Header[] after = new Header[Math.min(before.length + 1, MAX)];
        after[0] = header;
        System.arraycopy(before, 0, after, 1, after.length - 1);
        headers = after;
    }
}
