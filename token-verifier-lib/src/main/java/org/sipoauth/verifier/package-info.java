/** Verifies access tokens offline; no run-time dependency. */
package org.sipoauth.verifier;
