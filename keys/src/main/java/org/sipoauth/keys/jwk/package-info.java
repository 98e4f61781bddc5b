/** Public keys as a JWK Set (RFC 7517 §5). */
@NullMarked
package org.sipoauth.keys.jwk;

import org.jspecify.annotations.NullMarked;
