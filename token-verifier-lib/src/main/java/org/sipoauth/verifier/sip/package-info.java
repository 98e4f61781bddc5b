/** Bearer challenges and credentials as SIP headers carry them, in both dialects: strings in, strings out. */
@NullMarked
package org.sipoauth.verifier.sip;

import org.jspecify.annotations.NullMarked;
