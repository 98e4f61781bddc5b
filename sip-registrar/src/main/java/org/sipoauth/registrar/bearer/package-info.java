/** Credentials in, challenge out (RFC 8898); both header pairs, both dialects. */
@NullMarked
package org.sipoauth.registrar.bearer;

import org.jspecify.annotations.NullMarked;
