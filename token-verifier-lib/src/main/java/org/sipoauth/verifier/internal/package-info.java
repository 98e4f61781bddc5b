/** Canonical base64url and strict JSON; not exported. */
@NullMarked
package org.sipoauth.verifier.internal;

import org.jspecify.annotations.NullMarked;
