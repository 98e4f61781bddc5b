/** Where a key ring rests: always encrypted, always replaced whole. */
@NullMarked
package org.sipoauth.keys.store;

import org.jspecify.annotations.NullMarked;
