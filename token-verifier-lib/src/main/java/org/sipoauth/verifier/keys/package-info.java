/** Where verification keys come from: fixed, from a watched file, or refreshed from a URL in the background. */
package org.sipoauth.verifier.keys;
