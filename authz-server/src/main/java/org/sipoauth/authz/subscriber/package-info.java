/** Who signs in: subscribers, and administrators apart from them. */
@NullMarked
package org.sipoauth.authz.subscriber;

import org.jspecify.annotations.NullMarked;
