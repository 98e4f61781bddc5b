/** Where verification keys come from: fixed, from a watched file, or refreshed from a URL in the background. */
@NullMarked
package org.sipoauth.verifier.keys;

import org.jspecify.annotations.NullMarked;
