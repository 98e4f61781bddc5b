/**
 * The key ring of an authorization server: which keys sign, which only verify, and when that changes.
 *
 * <p>A {@link org.sipoauth.keys.KeyRing} is a value; every change is a pure function of a ring, a
 * {@link org.sipoauth.keys.RotationPolicy} and an instant. Files and timers are elsewhere. The lifecycle of a key is
 * {@code PUBLISHED → ACTIVE → RETIRED → removed}, or {@code REVOKED} from any of them.
 */
@NullMarked
package org.sipoauth.keys;

import org.jspecify.annotations.NullMarked;
