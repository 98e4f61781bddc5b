/** Bearer challenges and credentials as SIP headers carry them, in both dialects: strings in, strings out. */
package org.sipoauth.verifier.sip;
