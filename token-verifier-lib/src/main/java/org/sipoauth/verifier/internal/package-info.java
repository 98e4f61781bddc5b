/** Canonical base64url and strict JSON; not exported. */
package org.sipoauth.verifier.internal;
