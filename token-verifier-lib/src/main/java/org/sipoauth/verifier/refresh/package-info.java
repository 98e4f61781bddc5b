/** How a source keeps up to date in the background: one thread, bounded fetches, back-off, a file for the last good. */
package org.sipoauth.verifier.refresh;
