/** Meters for Micrometer, for who has it: the module needs it for this package alone. */
package org.sipoauth.verifier.metrics;
