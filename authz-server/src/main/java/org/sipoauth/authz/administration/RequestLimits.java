package org.sipoauth.authz.administration;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Turns away what Spring would answer with 500 or with nothing: a form of several parts, which nothing here takes, an
 * {@code Accept} or parameters that cannot be read. Bounds the body of a request: with 413 by its announced length, and by
 * an error when it reads on and on.
 */
final class RequestLimits extends OncePerRequestFilter {
    /** A little more than the longest that an endpoint takes, which has an answer of its own for what is longer. */
    static final int MOST_BYTES = 1024 * 1024 + 4096;

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > MOST_BYTES) {
            UnhandledErrors.send(HttpStatus.CONTENT_TOO_LARGE, response);
        } else if (hasParts(request)) {
            UnhandledErrors.send(HttpStatus.UNSUPPORTED_MEDIA_TYPE, response);
        } else if (!isReadable(request.getHeaders(HttpHeaders.ACCEPT)) || !hasReadableParameters(request)) {
            UnhandledErrors.send(HttpStatus.BAD_REQUEST, response);
        } else {
            chain.doFilter(new Bounded(request), response);
        }
    }

    private static boolean hasParts(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/");
    }

    private static boolean isReadable(Enumeration<String> accept) {
        try {
            MediaType.parseMediaTypes(Collections.list(accept));
            return true;
        } catch (InvalidMediaTypeException nonsense) {
            return false;
        }
    }

    /** Tomcat throws at whoever reads them first. */
    private static boolean hasReadableParameters(HttpServletRequest request) {
        try {
            request.getParameterMap();
            return true;
        } catch (IllegalStateException illEncoded) {
            return false;
        }
    }

    private static final class Bounded extends HttpServletRequestWrapper {
        private Bounded(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new BoundedStream(super.getInputStream());
        }
    }

    private static final class BoundedStream extends ServletInputStream {
        private final ServletInputStream body;
        private int left = MOST_BYTES;

        private BoundedStream(ServletInputStream body) {
            this.body = body;
        }

        @Override
        public int read() throws IOException {
            int read = body.read();
            if (read >= 0) {
                count(1);
            }
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = body.read(buffer, offset, length);
            if (read > 0) {
                count(read);
            }
            return read;
        }

        private void count(int read) throws IOException {
            left -= read;
            if (left < 0) {
                throw new IOException("the body is longer than " + MOST_BYTES + " bytes");
            }
        }

        @Override
        public boolean isFinished() {
            return body.isFinished();
        }

        @Override
        public boolean isReady() {
            return body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
