/**
 * Activation codes: an administrator makes one for a desk phone, somebody enters it there, and the phone exchanges it for
 * tokens, once.
 */
@NullMarked
package org.sipoauth.authz.activation;

import org.jspecify.annotations.NullMarked;
