/** Proof of possession at this server (RFC 9449): the check of proofs, and that each is used once. */
@NullMarked
package org.sipoauth.authz.dpop;

import org.jspecify.annotations.NullMarked;
