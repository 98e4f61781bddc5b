/** Signing keys that never leave a hardware security module (PKCS #11). */
@NullMarked
package org.sipoauth.keys.hsm;

import org.jspecify.annotations.NullMarked;
