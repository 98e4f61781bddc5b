/** Verifies access tokens offline; no run-time dependency. */
@NullMarked
package org.sipoauth.verifier;

import org.jspecify.annotations.NullMarked;
