/** What an operator sets, checked at start-up, and the data folder. */
@NullMarked
package org.sipoauth.authz.settings;

import org.jspecify.annotations.NullMarked;
